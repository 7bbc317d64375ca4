"""Google Cloud: services and jobs of Cloud Run, and Cloud Functions."""
