"""What every family uses: asking within a limit, stepping through answers, hearing which commit they name."""
