"""The portal: the pages on which people read, draft, review, approve, release and answer, in zh-CN and
English.

It owns no events and no facts: it keeps only who is signed in, and asks the services over HTTP as that
person. Start at ``main.build``; a page is a function in ``pages/<area>.py`` that takes a :class:`Visit` and
gives a response.
"""
