"""What a call was sent: read strictly, judged as a whole, and turned into what forms and verbs take."""
