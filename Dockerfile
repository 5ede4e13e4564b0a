# The image for pipelines: `ci-vault-gen` on the PATH, and a shell, which a CI runner needs. No entrypoint, for the same reason.
#
#   docker build --build-arg NODE_DIGEST=@sha256:… --tag ci-vault-gen .
#
# Both stages have one base, since the compiled form of the tool fits one version of Node only.
ARG NODE=22.20.0-alpine3.22
# The digest of that tag with its `@`: with it, a tag that moves changes nothing. Empty: the tag alone.
ARG NODE_DIGEST=

FROM node:${NODE}${NODE_DIGEST} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:${NODE}${NODE_DIGEST}
WORKDIR /opt/ci-vault-gen
COPY --from=build /src/package.json /src/LICENSE /src/schema.json ./
COPY --from=build /src/docs/diagnostics docs/diagnostics
COPY --from=build /src/dist dist
RUN ln -s /opt/ci-vault-gen/dist/main.js /usr/local/bin/ci-vault-gen
# By number, so that a cluster can see that it is not root.
USER 1000:1000
WORKDIR /work
CMD ["ci-vault-gen", "--help"]
