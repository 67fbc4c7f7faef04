"""What is done when something was lost: proving that nothing is missing, bringing it back, keeping copies to do so.

``comparing`` holds a journal to the log and ``leaves`` to the transparency log; ``restoring`` brings a service back
from the log; ``guarding`` keeps one that is behind from deciding anything; ``backup`` takes and checks copies.
"""
