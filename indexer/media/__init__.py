"""What a media file holds: recognising, decoding, metadata."""
