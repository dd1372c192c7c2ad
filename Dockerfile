FROM node:24-slim AS packages
WORKDIR /shop
COPY package.json package-lock.json ./
# The image has a Node already, so the package that brings one goes, and so does what is read by no running shop.
RUN npm ci --omit=dev --no-audit --no-fund --cache /tmp/npm \
  && rm -rf node_modules/node node_modules/node-linux-* node_modules/.bin/node node_modules/@types /tmp/npm \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -delete

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
# For a small process, as in scripts/process-options.ts, which says why.
ENV MALLOC_MMAP_THRESHOLD_=4194304 MALLOC_ARENA_MAX=2 NODE_COMPILE_CACHE=/shop/node_modules/.cache/node-compile
WORKDIR /shop
COPY --from=packages /shop/node_modules node_modules
COPY package.json moleculer.config.ts ./
COPY lib lib
COPY mixins mixins
COPY services services
COPY scripts scripts
COPY web web
COPY docs/problems.md docs/problems.md
# Pictures and imports where no bucket is set, which product nodes share, and mails with MAIL=file, which customer nodes do.
RUN mkdir -p data/media data/outbox-mail node_modules/.cache && chown -R node:node data node_modules/.cache
USER node
RUN node scripts/compile.ts
EXPOSE 3000
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=40", "scripts/start.ts"]
