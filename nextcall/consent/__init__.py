"""May we, on this channel, to this contact point, now?"""
