"""What follows a commit: mails, webhooks, reminders, invitations.  Reached only through rows in the outbox."""
