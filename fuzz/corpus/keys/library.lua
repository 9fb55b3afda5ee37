#!lua name=l
local function f(k, a, ...) local x = ... return redis.call('SET', k[1] .. ':x', a[1]) end
redis.register_function{function_name='f', callback=f, flags={'no-writes'}}