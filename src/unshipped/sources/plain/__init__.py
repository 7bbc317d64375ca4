"""What needs no platform: a commit that is written down, or that a program, an address, a file, a branch or a
unit of systemd tells.
"""
