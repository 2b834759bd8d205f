"""PDFs made from templates that share parts with the pages."""
