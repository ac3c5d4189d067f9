# The image of web, worker, beat and migrate: one image, four commands (see docker-compose.yml).
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --uid 10001 --create-home portal
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary=:all: -r requirements.txt

COPY manage.py ./
COPY cps_portal cps_portal
COPY members members
COPY kitbag kitbag
COPY servicing servicing
COPY templates templates
COPY static static

# Translations and static files are part of the image. The settings insist on these words, which nothing
# of this step uses.
RUN SECRET_KEY=unused DATABASE_URL=postgres://unused REDIS_URL=redis://unused STATIC_ROOT=/app/collected \
    python manage.py prepare assets \
    && mkdir -p /srv/media && chown portal /srv/media
ENV STATIC_ROOT=/app/collected MEDIA_DIR=/srv/media

USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "1", "--respawn-failed-workers", "cps_portal.wsgi:application"]
