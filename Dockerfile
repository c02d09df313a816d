# The service with its model inside, run by an ordinary user, its collection in a volume.
#
#   docker build -t communique .
#   docker run -p 127.0.0.1:8642:8642 -v communique:/data --env-file .env communique
#   docker run --rm -v communique:/data -v "$PWD/articles:/articles:ro" communique add /articles
#
# TORCH_INDEX_URL names an index that offers a CPU build of torch; without it pip takes the build for GPUs,
# which makes the image several GB larger.

FROM python:3.11-slim-bookworm AS build
ARG TORCH_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/communique
WORKDIR /source
# What changes seldom comes first: dependencies are installed again only when their list changes.
COPY pyproject.toml constraints.txt ./
RUN /opt/communique/bin/python -c "import tomllib; \
print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > requirements.txt \
    && /opt/communique/bin/pip install ${TORCH_INDEX_URL:+--extra-index-url "$TORCH_INDEX_URL"} \
        --constraint constraints.txt --requirement requirements.txt
COPY README.md LICENSE ./
COPY index index
COPY retrieval retrieval
COPY bot bot
RUN /opt/communique/bin/pip install --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /data communique
COPY --from=build /opt/communique /opt/communique
ENV PATH=/opt/communique/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COMMUNIQUE_HOME=/data \
    COMMUNIQUE_LISTEN=0.0.0.0:8642 \
    HF_HOME=/data/models
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8642
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8642/healthz', timeout=3)"]
ENTRYPOINT ["communique"]
CMD ["serve"]
