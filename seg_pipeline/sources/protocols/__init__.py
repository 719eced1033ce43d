"""How services are asked: one module a protocol. It knows the protocol, and no publisher."""
