"""Form fields for values that people write in words, and for stored JSON.

A stored layer (``layer``) or list (``table``) is one field of its row's form, and its value is the JSON again:

1. ``StoredJsonModelForm`` tells each such field what is stored (``begin_from``) when the form is made.
2. The widget shows a form of its own, with the field's name as prefix; sent back, that form, bound, is what
   ``value_from_datadict`` answers, so that it can show its own errors beside their controls.
3. ``clean`` asks that form whether it is valid, and takes from it what is to be stored: what nobody touched exactly
   as it is stored, keys that it does not know included.
4. ``has_changed`` asks that form, too.
5. A widget with ``read_only`` shows itself, switched off, to whoever may only look (``ShownByWidgets``).
"""
