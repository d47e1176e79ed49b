# The backend alone. The widget is built with `npm run build` and uploaded to Kommo; nothing serves it from here.
FROM node:24-bookworm-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
# No optional packages: they are the Node runtime for development machines, which this image is itself.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

COPY src/contract src/contract
COPY src/brand src/brand
COPY src/server src/server
COPY i18n/pages i18n/pages
COPY i18n/messages i18n/messages
COPY docs/help docs/help
COPY brand.json brand.json

# The embedded database, when no DATABASE_URL is given.
RUN mkdir /data && chown node:node /data
ENV DATA_DIR=/data
VOLUME /data

# What Node makes of the sources, so that the first start is as quick as the others. Node keeps it for each user.
RUN mkdir node_modules/.cache && chown node:node node_modules/.cache
USER node
RUN node src/server/main.js --compile-only

EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# Node itself and not npm, so that it gets the signal that ends the container.
CMD ["node", "src/server/main.js"]
