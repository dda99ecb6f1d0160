"""What a coalition does by itself as days go by: confirming, expiring, telling members before.

terms      what a programme says of it: `confirmation`, `notices`
"""
