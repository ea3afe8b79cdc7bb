"""Every sentence that people read of plans and answers: one module for each page of text."""
