"""The only room that speaks to AWS: targets, sessions, transport, engine, gaps."""
