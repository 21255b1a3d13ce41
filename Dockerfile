# docker build -t stop-press .
# docker run: see docs/operating.md, "In a container"

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm run build:server

FROM node:24-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production \
    STOP_PRESS_HOST=0.0.0.0 \
    STOP_PRESS_DATA=/data
WORKDIR /app
RUN mkdir /stories /data && chown node:node /data
COPY --from=modules /app ./
COPY --from=build /build/server/bin.js server/bin.js
COPY --from=build /build/lib lib
COPY --from=build /build/dist/client dist/client
USER node
VOLUME ["/stories", "/data"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STOP_PRESS_PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/server/bin.js"]
CMD ["serve", "/stories"]
