FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /shop
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY lib lib
COPY mixins mixins
COPY services services
COPY scripts scripts
COPY web web
COPY docs/problems.md docs/problems.md
COPY moleculer.config.ts ./
# Pictures and imports, where no bucket is set; product nodes share it.
RUN mkdir -p data/media && chown -R node:node data
USER node
CMD ["node", "scripts/start.ts"]
