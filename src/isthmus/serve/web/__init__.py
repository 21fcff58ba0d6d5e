"""What every request passes: the shield around the application, who is asking, errors as problem documents, languages."""
