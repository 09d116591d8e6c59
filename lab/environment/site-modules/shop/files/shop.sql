-- The snapshot every member of the lab's cluster begins with: a small schema whose rows a scenario can count.
CREATE DATABASE IF NOT EXISTS `shop`;
USE `shop`;

CREATE TABLE `products` (
  `id` int NOT NULL PRIMARY KEY,
  `name` varchar(80) NOT NULL,
  `price_in_cents` int NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO `products` (`id`, `name`, `price_in_cents`) VALUES
  (1, 'apple', 45),
  (2, 'bread', 320),
  (3, 'cheese', 890),
  (4, 'dates', 560),
  (5, 'eggs', 310);

CREATE TABLE `orders` (
  `id` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `product` int NOT NULL,
  `placed_at` datetime NOT NULL,
  CONSTRAINT `ordered_product` FOREIGN KEY (`product`) REFERENCES `products` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO `orders` (`product`, `placed_at`) VALUES
  (1, '2024-03-01 09:00:00'),
  (3, '2024-03-01 09:05:00');
