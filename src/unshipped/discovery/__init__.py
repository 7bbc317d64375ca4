"""What a repository says about its services: which there are, and which files end up in each.

Which there are: `propose` asks the `finders`, `join` says which of their words speak of one service, and
`render` and `edit` write the map.

Which files: `derive` asks `images` what a Dockerfile takes in, and `narrow` what of that is needed: `reach`
follows the `languages` through a `layout`, `without` leaves packages out. `course` follows closures through
history, `kept` remembers them by tree; `chain` tells why a file counts, and `doctor` what is wrong.

All of it looks at a `snapshot` of a commit's tree. `shell` reads shell text, for finders and images alike.
"""
