"""Terraform plans, read as the AWS that they will make. Pure: a plan's text in, what the kinds read out."""
