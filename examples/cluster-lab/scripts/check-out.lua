-- KEYS[1]: the cart. KEYS[2]: the orders of the same user. ARGV[1]: the time. ARGV[2]: the number of the order.
if redis.call('HLEN', KEYS[1]) == 0 then
  return 0
end
redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
return redis.call('DEL', KEYS[1])
