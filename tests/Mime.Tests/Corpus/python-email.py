# Reads the messages named on standard input, one path a line, with Python's email package, and says of each leaf what it is:
# path, media type, name (as JSON), SHA-256 of the decoded body with LF line ends and none at its end.
import email, hashlib, json, sys
from email import policy

for path in sys.stdin.read().splitlines():
    leaves = []
    try:
        message = email.message_from_bytes(open(path, "rb").read(), policy=policy.compat32)
        for part in message.walk():
            if part.is_multipart():
                continue
            body = part.get_payload(decode=True)
            if body is None:
                continue
            try:
                name = part.get_filename()
            except Exception:
                name = None
            text = body.replace(b"\r\n", b"\n").rstrip(b"\n")
            leaves.append({"type": part.get_content_type(), "name": name, "len": len(text), "sha256": hashlib.sha256(text).hexdigest()})
    except Exception as trouble:
        leaves.append({"trouble": repr(trouble)})
    print(json.dumps({"file": path, "leaves": leaves}))
