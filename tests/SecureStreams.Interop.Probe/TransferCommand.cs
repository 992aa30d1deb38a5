using System.Text.Json;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Probe;

/// <summary>Makes one transfer as the client, and says what came of it and what it held meanwhile.</summary>
internal static class TransferCommand
{
    private const long WarmUp = 64L * 1024 * 1024;

    public static async Task<int> RunAsync(string json)
    {
        var request = JsonSerializer.Deserialize<TransferRequest>(json)!;
        var wire = TestWire.Parse(request.Wire);
        var task = request.Up ? WireTask.Hash(request.Length, request.Rate) : WireTask.Bytes(request.Length, request.Seed);
        using var rented = request.Count ? new RentedBytes() : null;
        using var handler = new TransferHandler(wire, task, request);
        Watch watch;
        string end;
        await using (var context = SsContext.FromJson(request.Policy))
        {
            await using var stream = context.Create("x", handler);
            using var watching = watch = new Watch(() => (request.Up ? handler.Sent : handler.Bytes) >= Math.Min(WarmUp, request.Length / 4), () => stream.TxQueued);
            if (request.Up && wire.IsTransactional)
                stream.RequestTransmit(request.Length);
            else
                stream.Connect();
            end = await handler.Ended;
            if (context.Diagnostics.Recent() is [.., var last])
                end += $" ({last.Message})";
        }

        Console.WriteLine(JsonSerializer.Serialize(new TransferResult(
            handler.Received, handler.Bytes, end, handler.Duration.TotalSeconds, rented?.Peak ?? 0, rented?.Now ?? 0, watch.PeakQueued, watch.Warm, watch.Peak)));
        return 0;
    }
}
