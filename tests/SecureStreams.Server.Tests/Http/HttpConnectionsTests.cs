using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.Policy;
using SecureStreams.Server.Http;
using SecureStreams.Server.Listening;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Http;

/// <summary>The connections that the end of a listener waits for.</summary>
public sealed class HttpConnectionsTests
{
    [Fact]
    public async Task One_is_waited_for_until_it_is_closed_since_the_end_of_an_answer_may_be_on_its_way_when_the_web_server_has_done_with_it()
    {
        var plan = ListenPlan.Of(PolicyLoader.Load([PolicyDocument.FromJson("""{ "s": [{ "srv": { "server": true, "protocol": "h1", "endpoint": "" } }] }""", "policy")]).Model!.StreamTypes["srv"]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var limits = new ConnectionLimits("srv", NullLogger.Instance, TimeProvider.System);
        var accepted = new AcceptedSocket(socket, new IPEndPoint(IPAddress.Loopback, 1), null, limits.TryEnter(null, plan)!, TimeProvider.System);
        accepted.TakeSocket();
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = new WatchedConnection(new Sending(sent.Task), accepted);
        connection.Features.Set(new HttpConnectionFeature(accepted));
        var all = new HttpConnections();
        all.Enter(connection);
        var closing = all.CloseAsync();

        var disposing = connection.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        Assert.Equal(1, limits.Count);
        sent.SetResult();

        await disposing.OrFail(static () => "It is not closed.");
        await closing.OrFail(static () => "It is waited for for ever.");
        Assert.Equal(0, limits.Count);
    }

    /// <summary>A connection that is closed when what it was given has left.</summary>
    private sealed class Sending(Task sent) : DefaultConnectionContext("one")
    {
        public override async ValueTask DisposeAsync()
        {
            await sent;
            await base.DisposeAsync();
        }
    }
}
