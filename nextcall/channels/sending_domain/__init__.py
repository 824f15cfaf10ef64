"""Whether a domain's DNS says that our mail is really from it: SPF, DKIM, DMARC, and the records that are missing."""
