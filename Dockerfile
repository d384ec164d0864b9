# syntax=docker/dockerfile:1
FROM python:3.13-slim-trixie AS packages
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.lock .
RUN /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim-trixie
# pg_dump and pg_restore of PostgreSQL 17, for `python -m bot backup` and `restore`.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BOT_HOST=0.0.0.0
RUN useradd --system --uid 10001 --home-dir /app bot && install -d -o bot /app/var
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY bot bot
COPY handlers handlers
COPY scheduler scheduler
COPY models models
COPY law law
COPY locales locales
COPY migrations migrations
USER bot
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"BOT_PORT\", \"8000\")}/readyz', timeout=2)"]
CMD ["sh", "-c", "python -m bot migrate && exec python -m bot serve"]
