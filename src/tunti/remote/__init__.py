"""Remote service and interpretation, dimensioned with the network: channels, queues, pools, rooms, shifts, value."""
