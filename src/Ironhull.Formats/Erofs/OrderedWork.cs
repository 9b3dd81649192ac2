using System.Runtime.ExceptionServices;

namespace Ironhull.Formats.Erofs;

/// <summary>Runs work items on several threads and hands the results over in the items' order, with a bound on those under way.</summary>
internal static class OrderedWork
{
    /// <summary>Runs all items.</summary>
    /// <param name="count">Number of items.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="cost">Prefix sums of the items' costs: one more than there are items.</param>
    /// <param name="window">How much cost may be started and not yet consumed.</param>
    /// <param name="createWorker">Makes a thread's worker, which computes an item by its number.</param>
    /// <param name="consume">Takes results on the calling thread, in order.</param>
    /// <param name="cancellation">Stops between items.</param>
    public static void Run<T>(int count, int threads, long[] cost, long window, Func<Func<int, T>> createWorker, Action<int, T> consume, CancellationToken cancellation)
    {
        if (threads <= 1 || count <= 1)
        {
            var worker = count == 0 ? null : createWorker();
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                consume(i, worker!(i));
            }

            return;
        }

        var gate = new object();
        var results = new Dictionary<int, T>();
        var next = 0;
        var consumed = 0;
        Exception? failure = null;
        var stop = false;

        void Work()
        {
            try
            {
                var worker = createWorker();
                while (true)
                {
                    int item;
                    lock (gate)
                    {
                        while (!stop && next < count && next > consumed && cost[next + 1] - cost[consumed] > window)
                        {
                            Monitor.Wait(gate);
                        }

                        if (stop || next >= count)
                        {
                            return;
                        }

                        item = next++;
                    }

                    var result = worker(item);
                    lock (gate)
                    {
                        results[item] = result;
                        if (item == consumed)
                        {
                            Monitor.PulseAll(gate);
                        }
                    }
                }
            }
            catch (Exception e)
            {
                lock (gate)
                {
                    failure ??= e;
                    stop = true;
                    Monitor.PulseAll(gate);
                }
            }
        }

        var pool = new Thread[Math.Min(threads, count)];
        for (var i = 0; i < pool.Length; i++)
        {
            pool[i] = new Thread(Work) { IsBackground = true, Name = "erofs-compress" };
            pool[i].Start();
        }

        try
        {
            for (var i = 0; i < count; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                T? result;
                lock (gate)
                {
                    while (!results.Remove(i, out result))
                    {
                        if (failure is not null)
                        {
                            ExceptionDispatchInfo.Throw(failure);
                        }

                        Monitor.Wait(gate);
                    }
                }

                consume(i, result);
                lock (gate)
                {
                    consumed = i + 1;
                    Monitor.PulseAll(gate);
                }
            }
        }
        finally
        {
            lock (gate)
            {
                stop = true;
                Monitor.PulseAll(gate);
            }

            foreach (var thread in pool)
            {
                thread.Join();
            }
        }
    }
}
