using System.Text;

namespace SecureStreams.Tool.Running;

/// <summary>What is sent. Used on the stream's mailbox, by <see cref="RunHandler"/>.</summary>
internal abstract class RequestBody : IAsyncDisposable
{
    /// <summary>The <c>--data</c> that stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>Bytes handed over in this attempt. Read from other threads for progress.</summary>
    public long Sent { get; protected set; }

    /// <summary>How long it is, where that is known beforehand.</summary>
    public abstract long? Length { get; }

    /// <summary>Why nothing more can be sent, after <see cref="SsTransmitResult.Disconnect"/>.</summary>
    public string Problem { get; protected set; } = "";

    /// <summary>Opens what <c>--data</c> names.</summary>
    /// <exception cref="UnusableInputException">The file cannot be read.</exception>
    public static RequestBody Open(string? data)
    {
        switch (data)
        {
            case null:
                return new NoBody();
            case StandardInput:
                return new StreamedBody(SecureStreams.Tool.StandardInput.Open());
            case ['@', .. var path]:
                try
                {
                    return Open(InputFile.Open(path));
                }
                catch (Exception error) when (InputFile.IsUnreadable(error))
                {
                    throw new UnusableInputException(InputFile.Describe(path, error));
                }

            default:
                var bytes = Encoding.UTF8.GetBytes(data);
                return new KnownBody(new MemoryStream(bytes), bytes.Length);
        }
    }

    // Devices, and files that the system makes up when they are read, claim to be empty and are not.
    private static RequestBody Open(FileStream file)
    {
        if (!file.CanSeek)
            return new StreamedBody(file);
        if (file.Length > 0 || file.ReadByte() < 0)
            return new KnownBody(file, file.Length);
        file.Position = 0;
        return new StreamedBody(file);
    }

    /// <summary>Asks the stream to send it, connecting for that.</summary>
    public abstract void Request(SecureStream stream);

    /// <summary>An attempt begins: the body is sent from its beginning. False when that is not possible any more; <see cref="Problem"/> says why.</summary>
    public abstract bool TryRestart();

    /// <summary>Fills one transmit callback.</summary>
    public abstract SsTransmitResult Fill(SecureStream stream, scoped ref SsTransmit tx);

    /// <summary>Nothing more will be asked for.</summary>
    public virtual void Stop()
    {
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
