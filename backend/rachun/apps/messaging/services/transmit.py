"""Handing one message to a mail server."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20
FINAL = range(500, 600)  # a reply code of SMTP: asking again changes nothing


class SmtpNotConfigured(OSError):
    """Nothing can be sent, everything waits: SMTP_URL is not set, or the sender has no address."""


def transmit(*, message: EmailMessage, smtp_url: str) -> None:
    """Hand the message to the server of `smtp://user:password@host:port` or `smtps://…`.

    Returns once the server has answered for the message; how it says goodbye afterwards changes nothing.
    A server that offers STARTTLS is spoken to through it. Raises SmtpNotConfigured, OSError, smtplib.SMTPException.
    """
    if not smtp_url:
        raise SmtpNotConfigured("SMTP_URL is not set")
    server = connected(smtp_url=smtp_url)
    try:
        server.send_message(message)
    except BaseException:
        server.close()
        raise
    with suppress(OSError, smtplib.SMTPException):
        server.quit()


def connected(*, smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host, port = parts.hostname or "", parts.port or 0
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    try:
        server.ehlo_or_helo_if_needed()
        if parts.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def is_final(error: Exception) -> bool:
    """True when the server said that it will never take this message for this address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in FINAL for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in FINAL


def described(error: Exception) -> str:
    """The server's own words, without our addresses of machines or ports."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error)
