"""Amazon Web Services: ECS and Lambda, through AWS's own library."""
