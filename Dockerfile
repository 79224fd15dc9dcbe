# One image for web pages, workers and timetable; compose.yaml says which is which. Configuration is mounted, data too.
FROM python:3.11-slim-bookworm

# The same system packages as in the Makefile. bubblewrap walls off the readers of files; fonts are for the pack.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 tesseract-ocr tesseract-ocr-eng poppler-utils qpdf \
       bubblewrap fonts-liberation fonts-noto-core fonts-dejavu-core fonts-droid-fallback fonts-nanum fonts-symbola \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements/run.txt requirements/run.txt
RUN python -m pip install --require-hashes -r requirements/run.txt

COPY . .
RUN python -m pip install --no-deps --no-build-isolation -e . \
    && useradd --system --uid 10001 --create-home sar \
    && install -d -o sar -g sar -m 0700 /data /keys

USER sar
ENV SAR_DATA_DIR=/data SAR_KEY_FILE=/keys/kek
VOLUME ["/data", "/keys"]
EXPOSE 8000
CMD ["gunicorn", "wsgi:app", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
