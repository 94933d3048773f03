# Holdfast in a container:
#   docker build -t holdfast .
#   docker run -p 8000:8000 -p 127.0.0.1:9464:9464 -v holdfast-data:/data holdfast
# Settings are flags behind the image's name, or variables (docs/CONFIGURATION.md):
#   docker run -e HOLDFAST_WORKERS=4 holdfast --log-level debug
# As a service, as deploy/holdfast.service has it:
#   docker run -d --name holdfast --restart always --stop-timeout 30 --ulimit nofile=65536 ... holdfast
#   docker kill --signal HUP holdfast     # new processes, without dropping a connection

FROM node:26-slim AS build
WORKDIR /app
# Dependencies first: they change less often than the code.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:26-slim
# Process 1 must reap processes whose parent has died, such as those of a killed coordinator's pool. Node
# does not; tini does, and passes signals on.
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json ./
# Without development dependencies; among them is `node`, in whose place the image's own runs.
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist ./dist

# Every address of the container; what of it others can reach, `docker run -p` decides.
ENV HOLDFAST_HOST=0.0.0.0
ENV HOLDFAST_PORT=8000
# Metrics, health and process list. They have no password: publish this port to operators only.
ENV HOLDFAST_ADMIN_HOST=0.0.0.0
ENV HOLDFAST_ADMIN_PORT=9464
# What outlives the container.
ENV HOLDFAST_DATA=/data
# One JSON object a line, for whatever collects the logs.
ENV HOLDFAST_LOG_FORMAT=json

# The image's unprivileged user; it must own the directory before that becomes a volume.
RUN mkdir -m 700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8000 9464

# Asks the port of HOLDFAST_ADMIN_PORT: change it by the variable, not by --admin-port.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HOLDFAST_ADMIN_PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# No shell in between: `docker stop` sends SIGTERM to the primary, which says goodbye to clients
# within HOLDFAST_DRAIN_MS. Keep that below docker's own limit (10 s, else `--stop-timeout`). When the
# primary ends, tini does, and the kernel ends all others, so none is left to write.
ENTRYPOINT ["tini", "--", "node", "dist/server/main.js"]
