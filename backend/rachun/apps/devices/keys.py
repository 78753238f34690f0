"""Ed25519 signatures of the agents: who is on the other end of a socket."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rachun.apps.devices.errors import AgentRefused

CONTEXT = "rachun-agent-1"


def check_signature(*, public_key: str, agent_id: str, nonce: str, signature: str) -> None:
    """agent_id is empty while enrolling. Raises AgentRefused."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), f"{CONTEXT}\n{agent_id}\n{nonce}".encode())
    except (InvalidSignature, ValueError) as error:
        raise AgentRefused("BadSignature") from error


def code_hash(code: str) -> str:
    return sha256(f"{CONTEXT}\n{code}".encode()).hexdigest()
