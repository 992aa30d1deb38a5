namespace SecureStreams.Transports;

/// <summary>Carries a <see cref="TransportFailure"/> through code of the platform that only knows exceptions.</summary>
internal sealed class TransportException(TransportFailure failure)
    : IOException(failure.Message, failure.Error)
{
    public TransportFailure Failure { get; } = failure;

    /// <summary>The first failure in an exception chain, or null.</summary>
    public static TransportFailure? Find(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is TransportException transport)
                return transport.Failure;
        }

        return null;
    }
}
