using System.Reflection;

namespace SecureStreams.Tests.Facades;

/// <summary>Every public member of the product that is awaited, a row each. A new one gets a row here, or the table test fails.</summary>
internal static class AwaitTable
{
    private static readonly ReadOnlyMemory<byte> Small = new byte[10];
    private static readonly ReadOnlyMemory<byte> Large = new byte[300_000];

    public static IReadOnlyList<AwaitRow> Rows { get; } =
    [
        new("SecureStream.DisposeAsync()", static (bench, _) => bench.Stream("chat").DisposeAsync().AsTask()) { TakesToken = false, Waits = false, RefusedInCallback = false },
        new("SsContext.DisposeAsync()", static (bench, _) => bench.Context.DisposeAsync().AsTask()) { TakesToken = false, Waits = false, RefusedInCallback = false },
        new("SecureStreamFacades.SendAsync(SecureStream, ReadOnlyMemory`1, CancellationToken)", static (bench, token) => bench.Stream("chat").SendAsync(Small, token).AsTask()),
        new("SecureStreamFacades.SendAsync(SecureStream, ReadOnlyMemory`1, SsSendFlags, CancellationToken)", static (bench, token) => bench.Stream("post").SendAsync(Small, SsSendFlags.WaitForAck, token).AsTask()) { StreamType = "post" },
        new("SecureStreamFacades.ReadMessagesAsync(SecureStream, CancellationToken)", static (bench, token) => FirstAsync(bench.Stream("chat").ReadMessagesAsync(token), default)),
        new("SecureStreamFacades.ReadMessagesAsync(SecureStream, SsReadOptions, CancellationToken)", static (bench, token) => FirstAsync(bench.Stream("link").ReadMessagesAsync(new SsReadOptions { KeepUnread = false }, token), default)) { StreamType = "link" },
        new("SsMessageReader.ReadAsync(CancellationToken)", static (bench, token) => ReadAsync(bench.Part(Reader), token)),
        new("SsMessageReader.GetAsyncEnumerator(CancellationToken)", static (bench, token) => FirstAsync(bench.Stream("chat").ReadMessagesAsync(CancellationToken.None), token)),
        new("SsMessageReader.DisposeAsync()", static (bench, _) => bench.Part(Reader).DisposeAsync().AsTask()) { TakesToken = false, Waits = false, RefusedInCallback = false },
        new("SsContextFacades.TransactAsync(SsContext, String, ReadOnlyMemory`1, IEnumerable`1, CancellationToken)", static (bench, token) => bench.Context.TransactAsync("get", cancellationToken: token)) { RefusedInCallback = false },
        new("SsContextFacades.TransactAsync(SsContext, String, ReadOnlyMemory`1, IEnumerable`1, SsTransactOptions, CancellationToken)", static (bench, token) => bench.Context.TransactAsync("post", Large, [new("ctype", "text/plain")], new SsTransactOptions { ResponseMetadata = ["ctype"] }, token)) { RefusedInCallback = false },
        new("SsByteStream.ReadAsync(Byte[], Int32, Int32, CancellationToken)", static (bench, token) => bench.Part(Bytes).ReadAsync(new byte[4], 0, 4, token)) { StreamType = "link" },
        new("SsByteStream.ReadAsync(Memory`1, CancellationToken)", static (bench, token) => bench.Part(Bytes).ReadAsync(new byte[4].AsMemory(), token).AsTask()) { StreamType = "link" },
        new("SsByteStream.WriteAsync(Byte[], Int32, Int32, CancellationToken)", static (bench, token) => bench.Part(Bytes).WriteAsync(Large.ToArray(), 0, Large.Length, token)) { StreamType = "link" },
        new("SsByteStream.WriteAsync(ReadOnlyMemory`1, CancellationToken)", static (bench, token) => bench.Part(Bytes).WriteAsync(Large, token).AsTask()) { StreamType = "link" },
        new("SsByteStream.FlushAsync(CancellationToken)", static (bench, token) => bench.Part(Bytes).FlushAsync(token)) { StreamType = "link", Waits = false, RefusedInCallback = false },
        new("SsByteStream.DisposeAsync()", static (bench, _) => bench.Part(Bytes).DisposeAsync().AsTask()) { StreamType = "link", TakesToken = false, Waits = false, RefusedInCallback = false },
        new("SecureStreamFacades.AsDuplexPipe(SecureStream)", static (bench, token) => WriteAsync(bench.Part(static b => b.Stream("link").AsDuplexPipe()).Output, token)) { StreamType = "link" },
    ];

    /// <summary>Members that are awaited and have no row, each with its reason.</summary>
    public static IReadOnlyDictionary<string, string> Exempt { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SsNameResolver.ResolveAsync(String, CancellationToken)"] = "The program gives it; the runtime's own is tested with the network.",
        ["SsSocketDialer.ConnectAsync(EndPoint, CancellationToken)"] = "The program gives it; the runtime's own is tested with the network.",
        ["SsNameResolver.ResolveAsync(String, AddressFamily, CancellationToken)"] = "As above.",
        ["SsSocketDialer.ConnectAsync(SsConnectRequest, CancellationToken)"] = "As above.",
        ["SsFaultedDial.ConnectAsync(SsConnectRequest, SsSocketDialer, CancellationToken)"] = "SecureStreams.Testing gives it; tested with it.",
        ["SsRemotePolicy.RefreshAsync(CancellationToken)"] = "It is of the context and of no stream: shared, cancelled, disposed in RemotePolicyTests.",
        ["SsHealthCheck.CheckHealthAsync(HealthCheckContext, CancellationToken)"] = "The platform's health checks call it; tested with them.",
        ["SsCaptivePortal.DetectAsync(CancellationToken)"] = "It is of the context and of no stream: shared, cancelled, disposed in DetectionLifeTests.",
        ["SsCaptivePortal.WatchAsync(CancellationToken)"] = "As above.",
        ["SsContext.WatchSystemStatesAsync(CancellationToken)"] = "As above, in SystemStatesTests.",
        ["SsListener.DisposeAsync()"] = "What a listener's end waits for is tested with each kind of listener.",
        ["SsListener.DrainAsync(CancellationToken)"] = "As above.",
        ["SsPolicyTrial.get_Completion()"] = "Takes no token, and needs a policy on trial and no stream: PolicyTrialTests.",
        ["SsPolicyWatch.DisposeAsync()"] = "It is of no stream; what its end waits for is tested with it.",
    };

    /// <summary>What the product's public types offer to be awaited: overrides count for what they override.</summary>
    public static IEnumerable<string> Members() =>
        new[] { typeof(SecureStream).Assembly, typeof(LocalContext).Assembly }
            .SelectMany(static assembly => assembly.GetExportedTypes())
            .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(static method => IsAwaited(method.ReturnType))
            .Select(static method => method.GetBaseDefinition() is { DeclaringType.Assembly: var home } first && home == method.DeclaringType!.Assembly && first.DeclaringType!.IsPublic ? KeyOf(first) : KeyOf(method))
            .Select(static key => key.Replace("LocalContext.", "SsContext.", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal);

    public static string KeyOf(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(static p => p.ParameterType.Name))})";

    private static bool IsAwaited(Type type)
    {
        if (type == typeof(Task) || type == typeof(ValueTask) || type == typeof(System.IO.Pipelines.IDuplexPipe))
            return true;
        if (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
            return true;
        return type.GetInterfaces().Append(type).Any(static one => one.IsGenericType
            && (one.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>) || one.GetGenericTypeDefinition() == typeof(IAsyncEnumerator<>)));
    }

    private static SsMessageReader Reader(FacadeBench bench) => bench.Stream("chat").ReadMessagesAsync();

    private static SsByteStream Bytes(FacadeBench bench) => bench.Stream("link").AsStream();

    private static async Task ReadAsync(SsMessageReader reader, CancellationToken token)
    {
        using var message = await reader.ReadAsync(token);
    }

    private static async Task WriteAsync(System.IO.Pipelines.PipeWriter writer, CancellationToken token) => await writer.WriteAsync(Large, token);

    private static async Task FirstAsync(SsMessageReader reader, CancellationToken token)
    {
        await foreach (var message in reader.WithCancellation(token))
        {
            message.Dispose();
            break;
        }
    }
}
