FROM node:22-bookworm AS build
# Where the ready-made build of better-sqlite3 cannot be downloaded, it is compiled with the headers of this image.
ENV npm_config_nodedir=/usr/local
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# The package, and the dependencies that the lock file names, without those of the build.
RUN npm pack \
  && mkdir /opt/vega-auth \
  && tar -xzf vega-auth-*.tgz -C /opt/vega-auth --strip-components 1 \
  && npm prune --omit=dev \
  && mv node_modules /opt/vega-auth/

FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends chromium-headless-shell tini \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/vega-auth /opt/vega-auth
RUN ln -s /opt/vega-auth/dist/main.js /usr/local/bin/vega-auth \
  && install -d -o 10001 -g 10001 -m 700 /data
# The user has no name and no home folder; Chromium asks for one.
ENV HOME=/tmp VEGA_PORT=28020
USER 10001:10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:28020/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--", "vega-auth"]
CMD ["serve"]
