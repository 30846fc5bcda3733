"""Plans with static memory, the feed of batches, and the loops over them."""
