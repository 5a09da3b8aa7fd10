const PLACE = 'vega-auth theme';

export type Theme = 'auto' | 'dark' | 'light';
export const THEMES: readonly Theme[] = ['auto', 'dark', 'light'];

export const savedTheme = (): Theme =>
  THEMES.find((theme) => theme === localStorage.getItem(PLACE)) ?? 'auto';

/** `auto` is what the system prefers. */
export const applyTheme = (theme: Theme): void => {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem(PLACE, theme);
};
