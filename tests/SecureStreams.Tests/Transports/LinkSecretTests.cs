using System.Runtime.InteropServices;
using SecureStreams.Implementation;
using SecureStreams.Transports.Connections;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>What is secret among the bytes of a connection does not stay in the buffers that others get afterwards.</summary>
public sealed class LinkSecretTests
{
    [Fact]
    public void A_buffer_that_held_a_secret_is_cleared_when_it_has_left()
    {
        var mailbox = new Mailbox(SsScheduler.ThreadPool, static error => Assert.Fail(error.ToString()));
        var output = new LinkOutput(mailbox, new Owner(), watermark: 4096);
        using var stream = new KeepingStream();
        Assert.True(mailbox.TryEnter());
        try
        {
            output.OpenOnMailbox(stream, new Wire());
            "password"u8.CopyTo(output.GetSpan(8));
            output.Advance(8);
            output.ReleaseOnMailbox();
            output.EraseOnMailbox();
            output.FlushOnMailbox();
        }
        finally
        {
            mailbox.Exit();
        }

        Assert.Equal("password", stream.Seen);

        // Somebody else may have it by now.
        Assert.False(stream.Buffer.AsSpan(0, 8).SequenceEqual("password"u8));
    }

    [Fact]
    public void And_when_it_is_dropped()
    {
        var mailbox = new Mailbox(SsScheduler.ThreadPool, static error => Assert.Fail(error.ToString()));
        var output = new LinkOutput(mailbox, new Owner(), watermark: 4096);
        Assert.True(mailbox.TryEnter());
        try
        {
            var span = output.GetSpan(8);
            "password"u8.CopyTo(span);
            output.Advance(8);
            output.ReleaseOnMailbox();
            output.EraseOnMailbox();
            output.AbandonOnMailbox();
            Assert.Equal(new byte[8], span[..8].ToArray());
        }
        finally
        {
            mailbox.Exit();
        }
    }

    private sealed class Owner : ILinkOutputOwner
    {
        public void DrainedOnMailbox()
        {
        }

        public void EndSentOnMailbox()
        {
        }

        public void WriteWaitsOnMailbox()
        {
        }

        public void WriteWaitedOnMailbox()
        {
        }

        public void WriteFailedOnMailbox(Exception error) => Assert.Fail(error.ToString());
    }

    private sealed class Wire : ILinkWire
    {
        public long LastHeard => 0;

        public long BytesSent => 0;

        public bool PeerEnded => false;

        public bool IsPeerGone => false;

        public void ShutdownSend()
        {
        }

        public void Abort()
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class KeepingStream : MemoryStream
    {
        public byte[] Buffer { get; private set; } = [];

        public string Seen { get; private set; } = "";

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.True(MemoryMarshal.TryGetArray(buffer, out var array));
            Buffer = array.Array!;
            Seen = System.Text.Encoding.UTF8.GetString(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
