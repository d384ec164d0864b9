"""“Can I, until when?”: short questions with buttons, and answers that show the law they rest on."""
