import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DOCUMENTS, withoutCode } from '../support/documents.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');

const headingsOf = (document: string, marks: RegExp): readonly string[] =>
  [...withoutCode(document).matchAll(marks)].map(([, heading = '']) => heading);

const targetsOf = (document: string): readonly string[] =>
  [...withoutCode(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

type Documents = ReadonlyMap<string, string>;

/** Every link that leads to no file or to no heading, as `document: target`. */
const brokenLinks = (documents: Documents): readonly string[] =>
  [...documents].flatMap(([name, text]) =>
    targetsOf(text)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const place = file === '' ? name : path.posix.join(path.posix.dirname(name), file);
        if (anchor === undefined) return !existsSync(path.join(ROOT, place));
        const anchors = headingsOf(documents.get(place) ?? '', /^#+ (.+)$/gm).map(anchorOf);
        return !anchors.includes(anchor);
      })
      .map((target) => `${name}: ${target}`),
  );

describe('the documents', () => {
  test('link to files and headings that exist', () => {
    const links = [...DOCUMENTS.values()].flatMap(targetsOf);
    expect(links.length).toBeGreaterThan(80);
    expect(brokenLinks(DOCUMENTS)).toEqual([]);
  });

  test('list every section in their table of contents', () => {
    const unlisted = [...DOCUMENTS].flatMap(([name, text]) =>
      headingsOf(text, /^## (.+)$/gm)
        .filter((heading) => heading !== 'Contents' && !targetsOf(text).includes(`#${anchorOf(heading)}`))
        .map((heading) => `${name}: ${heading}`),
    );
    expect(unlisted).toEqual([]);
  });

  test('have no two headings with the same anchor', () => {
    for (const text of DOCUMENTS.values()) {
      const anchors = headingsOf(text, /^#+ (.+)$/gm).map(anchorOf);
      expect(anchors).toEqual([...new Set(anchors)]);
    }
  });

  test('are all reached from the README', () => {
    const reached = targetsOf(DOCUMENTS.get('README.md') ?? '').map((target) => target.split('#')[0]);
    expect([...DOCUMENTS.keys()].filter((name) => name !== 'README.md' && !reached.includes(name))).toEqual(
      [],
    );
  });
});

test('a link to a missing file and one to a missing heading are reported', () => {
  const text =
    '# A\n\n[one](gone.md) [two](#b) [three](#a) [four](https://x.example)\n\n```\n[five](gone)\n```\n';
  expect(brokenLinks(new Map([['docs/a.md', text]]))).toEqual(['docs/a.md: gone.md', 'docs/a.md: #b']);
});
