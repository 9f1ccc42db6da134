"""The IAM permissions that scans, fixes and rollbacks need, as policy documents and as templates that deploy them."""
