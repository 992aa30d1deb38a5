using System.Buffers;

namespace SecureStreams.Transports.Mqtt;

/// <summary>
/// Arrays of outgoing messages. Many small ones are out at once while the broker's answers are awaited, more than the shared pool keeps of one size; so small ones have a pool of their own, which
/// keeps a mebibyte at most in all.
/// </summary>
internal sealed class MqttBodies : ArrayPool<byte>
{
    private const int SmallBytes = 1024;
    private const int SmallOfEachSize = 2048;

    private readonly ArrayPool<byte> _small = Create(SmallBytes, SmallOfEachSize);

    private MqttBodies()
    {
    }

    /// <summary>The pool of the process.</summary>
    public static MqttBodies Pool { get; } = new();

    /// <inheritdoc/>
    public override byte[] Rent(int minimumLength) => minimumLength <= SmallBytes ? _small.Rent(minimumLength) : Shared.Rent(minimumLength);

    /// <inheritdoc/>
    public override void Return(byte[] array, bool clearArray = false)
    {
        if (array.Length <= SmallBytes)
            _small.Return(array, clearArray);
        else
            Shared.Return(array, clearArray);
    }
}
