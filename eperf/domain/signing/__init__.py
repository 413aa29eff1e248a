"""Electronic signatures (TTE) as pure rules: what a check means, what a gateway's answer means, what may be shown.

A QR picture is no signature, only a pointer; the signature is the cryptographic object in the document. What a
gateway says is material to judge: a word that is not known never enables signing and never makes a page green.
"""
