"""Your own folders of images and videos: what lies in them, settings that fit so much data, how long it will take."""
